#include "npy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* a float of another size would make an array of negative size here */
typedef char float_has_four_bytes[sizeof(float) == 4 ? 1 : -1];

static const unsigned char MAGIC[8] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}; /* version 1.0 */
enum { PREFIX = 10, LONGEST_HEADER = 1024, ALIGNMENT = 64 };

const char *npy_make(struct npy *array, size_t axes, const size_t *shape)
{
    const size_t most = SIZE_MAX / sizeof(float);

    memset(array, 0, sizeof *array);
    if (axes > NPY_MAX_AXES)
        return "too many axes";
    array->axes = axes;
    array->size = 1;
    for (size_t i = 0; i < axes; i++) {
        array->shape[i] = shape[i];
        if (shape[i] != 0 && array->size > most / shape[i])
            return "larger than any memory";
        array->size *= shape[i];
    }
    array->data = calloc(array->size ? array->size : 1, sizeof(float));
    return array->data ? NULL : "out of memory";
}

void npy_free(struct npy *array)
{
    free(array->data);
    array->data = NULL;
}

/* Read "(2, 3, )" and the like into the shape. */
static const char *parse_shape(const char *text, size_t *axes, size_t *shape)
{
    *axes = 0;
    if (*text++ != '(')
        return "its shape cannot be read";
    for (;;) {
        size_t n = 0;

        while (*text == ' ' || *text == ',')
            text++;
        if (*text == ')')
            return NULL;
        if (*text < '0' || *text > '9' || *axes == NPY_MAX_AXES)
            return "its shape cannot be read";
        for (; *text >= '0' && *text <= '9'; text++) {
            if (n > (SIZE_MAX - 9) / 10)
                return "its shape cannot be read";
            n = 10 * n + (size_t)(*text - '0');
        }
        shape[(*axes)++] = n;
    }
}

static const char *parse_header(FILE *file, size_t *start, size_t *axes, size_t *shape)
{
    unsigned char prefix[PREFIX];
    char header[LONGEST_HEADER + 1];
    const char *at;
    size_t length;

    if (fread(prefix, 1, PREFIX, file) != PREFIX || memcmp(prefix, MAGIC, sizeof MAGIC) != 0)
        return "it is no .npy file of version 1.0";
    length = prefix[8] + 256u * prefix[9];
    if (length > LONGEST_HEADER || fread(header, 1, length, file) != length)
        return "its header is too long, or cut short";
    header[length] = '\0';
    *start = PREFIX + length;
    if (!strstr(header, "'descr': '<f4'"))
        return "its elements are not little-endian float32";
    if (!strstr(header, "'fortran_order': False"))
        return "its last axis is not the fastest";
    at = strstr(header, "'shape': ");
    return at ? parse_shape(at + strlen("'shape': "), axes, shape) : "it has no shape";
}

static const char *read_from(FILE *file, struct npy *array)
{
    size_t start = 0, axes = 0, shape[NPY_MAX_AXES], wanted = 1;
    const char *problem = parse_header(file, &start, &axes, shape);
    long end;

    if (problem)
        return problem;
    if (fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0)
        return "its size cannot be found";
    for (size_t i = 0; i < axes; i++) {
        if (shape[i] != 0 && wanted > SIZE_MAX / sizeof(float) / shape[i])
            return "its shape is larger than any memory";
        wanted *= shape[i];
    }
    if ((size_t)end - start != wanted * sizeof(float))
        return "its size does not agree with its shape";
    problem = npy_make(array, axes, shape);
    if (problem || fseek(file, (long)start, SEEK_SET) != 0)
        return problem ? problem : "it cannot be read";
    for (size_t i = 0; i < array->size; i++) {
        unsigned char b[4];
        uint32_t bits;

        if (fread(b, 1, 4, file) != 4)
            return "it is cut short";
        bits = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        memcpy(&array->data[i], &bits, 4);
    }
    return NULL;
}

const char *npy_read(const char *path, struct npy *array)
{
    FILE *file = fopen(path, "rb");
    const char *problem;

    memset(array, 0, sizeof *array);
    if (!file)
        return "it cannot be opened";
    problem = read_from(file, array);
    fclose(file);
    if (problem)
        npy_free(array);
    return problem;
}

static int write_header(FILE *file, const struct npy *array)
{
    char header[LONGEST_HEADER];
    size_t used = (size_t)sprintf(header, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    unsigned char length[2];

    for (size_t i = 0; i < array->axes; i++) /* at most 8 axes of 20 digits: this fits */
        used += (size_t)sprintf(header + used, "%lu, ", (unsigned long)array->shape[i]);
    used += (size_t)sprintf(header + used, "), }");
    while ((PREFIX + used + 1) % ALIGNMENT != 0)
        header[used++] = ' ';
    header[used++] = '\n';
    length[0] = (unsigned char)(used % 256);
    length[1] = (unsigned char)(used / 256);
    return fwrite(MAGIC, 1, sizeof MAGIC, file) == sizeof MAGIC && fwrite(length, 1, 2, file) == 2 &&
           fwrite(header, 1, used, file) == used;
}

const char *npy_write(const char *path, const struct npy *array)
{
    FILE *file = fopen(path, "wb");
    int well;

    if (!file)
        return "it cannot be opened for writing";
    well = write_header(file, array);
    for (size_t i = 0; well && i < array->size; i++) {
        unsigned char b[4];
        uint32_t bits;

        memcpy(&bits, &array->data[i], 4);
        for (int byte = 0; byte < 4; byte++)
            b[byte] = (unsigned char)(bits >> 8 * byte);
        well = fwrite(b, 1, 4, file) == 4;
    }
    if (fclose(file) != 0)
        well = 0;
    return well ? NULL : "it cannot be written";
}
