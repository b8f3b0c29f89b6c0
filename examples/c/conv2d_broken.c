/* Broken on purpose: four channels at a time, as for four SIMD lanes, and no loop for the one, two or three left over. */
#include "conv2d.h"

enum { LANES = 4 };

static float sample(const struct conv2d_call *call, const float *channel, ptrdiff_t row, ptrdiff_t column)
{
    if (row < 0 || row >= call->h || column < 0 || column >= call->w)
        return 0.0f; /* padding */
    return channel[row * call->w + column];
}

static float window(const struct conv2d_call *call, const float *x, const float *w, ptrdiff_t i, ptrdiff_t j)
{
    const ptrdiff_t channels = call->c / call->groups;
    const ptrdiff_t top = i * call->stride[0] - call->before[0];
    const ptrdiff_t left = j * call->stride[1] - call->before[1];
    float lanes[LANES] = {0.0f};

    /* the mistake: when channels is no multiple of LANES, the last channels % LANES are never read */
    for (ptrdiff_t c = 0; c + LANES <= channels; c += LANES)
        for (ptrdiff_t p = 0; p < call->kh; p++)
            for (ptrdiff_t q = 0; q < call->kw; q++)
                for (ptrdiff_t lane = 0; lane < LANES; lane++) {
                    const float weight = w[((c + lane) * call->kh + p) * call->kw + q];
                    const float *channel = x + (c + lane) * call->h * call->w;
                    lanes[lane] +=
                        sample(call, channel, top + p * call->dilation[0], left + q * call->dilation[1]) * weight;
                }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

void conv2d(const struct conv2d_call *call, const float *x, const float *w, const float *b, float *y)
{
    const ptrdiff_t channels = call->c / call->groups, filters = call->o / call->groups;

    for (ptrdiff_t n = 0; n < call->n; n++)
        for (ptrdiff_t o = 0; o < call->o; o++) {
            const float *seen = x + (n * call->c + o / filters * channels) * call->h * call->w;
            const float *filter = w + o * channels * call->kh * call->kw;

            for (ptrdiff_t i = 0; i < call->oh; i++)
                for (ptrdiff_t j = 0; j < call->ow; j++)
                    *y++ = window(call, seen, filter, i, j) + (b ? b[o] : 0.0f);
        }
}
