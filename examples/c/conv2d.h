/* A 2-d convolution of float32 arrays, N C H W, all contiguous. */
#ifndef CONV2D_H
#define CONV2D_H

#include <stddef.h>

struct conv2d_call {
    ptrdiff_t n, c, h, w;         /* x: samples, channels, rows, columns */
    ptrdiff_t o, kh, kw;          /* w: filters, c / groups channels each, rows, columns of taps */
    ptrdiff_t oh, ow;             /* y: rows, columns */
    ptrdiff_t stride[2];          /* steps between windows: down, right */
    ptrdiff_t before[2];          /* zeros above and to the left; those below and to the right follow from oh, ow */
    ptrdiff_t dilation[2];        /* distance between taps */
    ptrdiff_t groups;
};

/* y[n][o][i][j] = b[o] + sum over c, p, q of x[n][c][i*s + p*d - before][...] * w[o][c][p][q]; b may be NULL. */
void conv2d(const struct conv2d_call *call, const float *x, const float *w, const float *b, float *y);

#endif
