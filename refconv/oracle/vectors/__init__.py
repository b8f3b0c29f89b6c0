"""Test vectors for programs in any language: written as .npy files, their outputs judged like any kernel's."""

from refconv.oracle.vectors.judge import check as check
from refconv.oracle.vectors.write import write as write
