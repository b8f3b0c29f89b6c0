/* Run conv2d over a folder of test vectors:  driver VECTORS OUTPUTS
 *
 * For each name in VECTORS/cases.txt, read NAME/parameters.txt and the arrays there, and write OUTPUTS/NAME/y.npy. What
 * this program does not support goes to OUTPUTS/skipped.txt, with the reason.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conv2d.h"
#include "npy.h"

enum { LONGEST_LINE = 512, LONGEST_PATH = 4096, MOST_VALUES = 8 };

struct parameters {
    char op[32], precision[32], padding_mode[32];
    long stride[MOST_VALUES], padding[MOST_VALUES], dilation[MOST_VALUES], y_shape[MOST_VALUES], groups[MOST_VALUES];
    long bias[MOST_VALUES];
};

/* Say what is wrong, and with which file; return 1, the exit status. */
static int wrong(const char *path, const char *problem)
{
    fprintf(stderr, "driver: %s: %s\n", path, problem);
    return 1;
}

static const char *join(char *path, const char *folder, const char *name, const char *file)
{
    const int length = snprintf(path, LONGEST_PATH, "%s/%s%s%s", folder, name, *file ? "/" : "", file);

    if (length < 0 || length >= LONGEST_PATH) {
        fprintf(stderr, "driver: a path is too long: %s/%s\n", folder, name);
        exit(1);
    }
    return path;
}

static int make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return wrong(path, strerror(errno));
}

/* Read the values after a name into a word, or into numbers; other names belong to other programs. */
static int keep(struct parameters *p, const char *name, char *values)
{
    struct {
        const char *name;
        char *word;
        long *numbers;
    } known[] = {{"op", p->op, NULL},           {"precision", p->precision, NULL}, {"padding_mode", p->padding_mode, NULL},
                 {"stride", NULL, p->stride},   {"padding", NULL, p->padding},     {"dilation", NULL, p->dilation},
                 {"y_shape", NULL, p->y_shape}, {"groups", NULL, p->groups},       {"bias", NULL, p->bias}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i].name) != 0)
            continue;
        if (known[i].word)
            return sscanf(values, "%31s", known[i].word) == 1;
        for (int count = 0; count < MOST_VALUES; count++) {
            char *end;

            errno = 0;
            known[i].numbers[count] = strtol(values, &end, 10);
            if (end == values)
                return count > 0;
            if (errno || labs(known[i].numbers[count]) > 1000000000)
                return 0;
            values = end;
        }
        return 1;
    }
    return 1;
}

static int read_parameters(const char *path, struct parameters *p)
{
    FILE *file = fopen(path, "r");
    char line[LONGEST_LINE];

    memset(p, 0, sizeof *p);
    if (!file)
        return wrong(path, strerror(errno));
    while (fgets(line, sizeof line, file)) {
        char *blank = strchr(line, ' ');

        if (!blank || !strchr(blank, '\n'))
            break;
        *blank = '\0';
        if (!keep(p, line, blank + 1))
            break;
    }
    if (!feof(file)) {
        fclose(file);
        return wrong(path, "a line cannot be understood");
    }
    fclose(file);
    return 0;
}

/* Return why this program cannot do the case, or NULL. */
static const char *unsupported(const struct parameters *p)
{
    if (strcmp(p->op, "conv2d") != 0)
        return "only conv2d is done here";
    if (strcmp(p->precision, "float32") != 0)
        return "only float32 is done here";
    if (strcmp(p->padding_mode, "zeros") != 0)
        return "only zeros are padded here";
    return NULL;
}

/* Put the call together; return what does not go together, or NULL. */
static const char *plan(const struct parameters *p, const struct npy *x, const struct npy *w, const struct npy *b,
                        struct conv2d_call *call)
{
    const size_t groups = (size_t)p->groups[0];

    if (x->axes != 4 || w->axes != 4 || p->groups[0] < 1 || x->shape[1] != w->shape[1] * groups ||
        w->shape[0] % groups != 0 || (b && (b->axes != 1 || b->shape[0] != w->shape[0])))
        return "the arrays do not go together";
    for (int i = 0; i < 4; i++)
        if (p->y_shape[i] < 0 || x->shape[i] > 1000000000 || w->shape[i] > 1000000000)
            return "a size is out of range";
    if ((size_t)p->y_shape[0] != x->shape[0] || (size_t)p->y_shape[1] != w->shape[0])
        return "y_shape does not go with the arrays";
    call->n = (ptrdiff_t)x->shape[0], call->c = (ptrdiff_t)x->shape[1];
    call->h = (ptrdiff_t)x->shape[2], call->w = (ptrdiff_t)x->shape[3];
    call->o = (ptrdiff_t)w->shape[0], call->kh = (ptrdiff_t)w->shape[2], call->kw = (ptrdiff_t)w->shape[3];
    call->oh = p->y_shape[2], call->ow = p->y_shape[3];
    call->groups = p->groups[0];
    for (int axis = 0; axis < 2; axis++) {
        call->stride[axis] = p->stride[axis];
        call->before[axis] = p->padding[2 * axis];
        call->dilation[axis] = p->dilation[axis];
    }
    return NULL;
}

static int run_case(const char *vectors, const char *outputs, const char *name, const struct parameters *p)
{
    struct npy x = {0}, w = {0}, b = {0}, y = {0};
    struct conv2d_call call;
    const char *problem;
    char path[LONGEST_PATH];
    size_t shape[4];

    if ((problem = npy_read(join(path, vectors, name, "x.npy"), &x)) == NULL &&
        (problem = npy_read(join(path, vectors, name, "w.npy"), &w)) == NULL &&
        (!p->bias[0] || (problem = npy_read(join(path, vectors, name, "b.npy"), &b)) == NULL) &&
        (problem = plan(p, &x, &w, p->bias[0] ? &b : NULL, &call)) == NULL) {
        for (int i = 0; i < 4; i++)
            shape[i] = (size_t)p->y_shape[i];
        problem = npy_make(&y, 4, shape);
    }
    if (!problem) {
        conv2d(&call, x.data, w.data, p->bias[0] ? b.data : NULL, y.data);
        if (make_folder(join(path, outputs, name, "")) != 0)
            exit(1);
        problem = npy_write(join(path, outputs, name, "y.npy"), &y);
    }
    npy_free(&x), npy_free(&w), npy_free(&b), npy_free(&y);
    return problem ? wrong(path, problem) : 0;
}

int main(int count, char **arguments)
{
    char path[LONGEST_PATH], name[LONGEST_LINE];
    FILE *cases, *skipped;
    int status = 0;

    if (count != 3) {
        fprintf(stderr, "usage: driver VECTORS OUTPUTS\n");
        return 2;
    }
    if (make_folder(arguments[2]) != 0)
        return 1;
    if (!(cases = fopen(join(path, arguments[1], "cases.txt", ""), "r")))
        return wrong(path, strerror(errno));
    if (!(skipped = fopen(join(path, arguments[2], "skipped.txt", ""), "w"))) {
        fclose(cases);
        return wrong(path, strerror(errno));
    }
    while (status == 0 && fgets(name, sizeof name, cases)) {
        struct parameters parameters;
        const char *why;

        name[strcspn(name, "\r\n")] = '\0';
        if (name[0] == '.' || strpbrk(name, "/\\")) { /* a name of one folder here, never a way to another */
            status = wrong("cases.txt", "it has a name that is not allowed");
            break;
        }
        status = read_parameters(join(path, arguments[1], name, "parameters.txt"), &parameters);
        if (status == 0 && (why = unsupported(&parameters)) != NULL)
            fprintf(skipped, "%s %s\n", name, why);
        else if (status == 0)
            status = run_case(arguments[1], arguments[2], name, &parameters);
    }
    fclose(cases);
    if (fclose(skipped) != 0)
        status = wrong("skipped.txt", "it cannot be written");
    return status;
}
