/* Reading and writing .npy files: float32, little-endian, the last axis fastest; nothing else. */
#ifndef NPY_H
#define NPY_H

#include <stddef.h>

enum { NPY_MAX_AXES = 8 };

struct npy {
    size_t axes, shape[NPY_MAX_AXES];
    size_t size; /* elements in all */
    float *data; /* the caller frees it, with npy_free */
};

/* Return NULL, or what is wrong with the file. The file's size is held against its shape before memory is taken. */
const char *npy_read(const char *path, struct npy *array);
const char *npy_write(const char *path, const struct npy *array);

/* Return NULL once there is room for an array of this shape, all zeros, or what is wrong with the shape. */
const char *npy_make(struct npy *array, size_t axes, const size_t *shape);
void npy_free(struct npy *array);

#endif
