"""Fields of graphs are measured by following every tap back, on an input that goes on for ever."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from refconv.arithmetic import (
    Axis,
    Field,
    GraphNode,
    Layer,
    Resampled,
    Transposed,
    graph_fields,
    join,
    receptive_field,
    resized,
)
from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.networks import network, receptive_fields
from tests.graphs import draw_read, seeded, unbounded

SMALL = [
    *(
        kind(*numbers)
        for kind in (Layer, Transposed)
        for numbers in product((1, 2, 3, 4), (1, 2, 3), (1, 2, 3, 4), (-1, 0, 2))
    ),
    *(Resampled(*numbers) for numbers in product((0, 1, 2, 3, 4), (-3, 0, 1), (1, 2, 3, 4), (1, 2, 4), (False, True))),
]


def test_a_record_reads_what_the_definition_says_and_comes_again():
    assert Resampled(2) == Resampled(2, b=0, c=1, taps=1, interpolate=False)
    assert Transposed(2) == Transposed(2, s=1, d=1, lo=0)
    for read in SMALL:
        outputs, inputs = read.cycle
        for i in range(-7, 8):
            assert sorted(read.comb(i).positions) == sorted(unbounded(read, i)), (read, i)
            again = [position + inputs for position in read.comb(i).positions]
            assert list(read.comb(i + outputs).positions) == again, (read, i)


def round_to(place, rounding):
    floor, ceiling = place.numerator // place.denominator, -(-place.numerator // place.denominator)
    if rounding in {"floor", "ceil"}:
        return floor if rounding == "floor" else ceiling
    if place - floor == Fraction(1, 2):
        return floor if rounding == "round_prefer_floor" else ceiling
    return floor if place - floor < Fraction(1, 2) else ceiling


@pytest.mark.parametrize("coordinates", ["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"])
@pytest.mark.parametrize("ratio", [None, Fraction(2, 3)])
def test_resizing_stands_where_its_coordinates_say(coordinates, ratio):
    for n, out in product(range(1, 9), range(1, 9)):
        step = Fraction(n, out) if ratio is None else ratio
        for i in range(out):
            place = {
                "half_pixel": (i + Fraction(1, 2)) * step - Fraction(1, 2),
                "pytorch_half_pixel": (i + Fraction(1, 2)) * step - Fraction(1, 2) if out > 1 else Fraction(0),
                "asymmetric": i * step,
                "align_corners": Fraction(i * (n - 1), max(out - 1, 1)),
            }[coordinates]
            for rounding in ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil"):
                read = resized(n, out, "nearest", coordinates, rounding, ratio)
                assert list(read.comb(i).positions) == [round_to(place, rounding)]
            low = round_to(place, "floor")
            for method, taps in (("linear", range(low, low + 2)), ("cubic", range(low - 1, low + 3))):
                read = resized(n, out, method, coordinates, ratio=ratio)
                assert list(read.comb(i).positions) == ([low] if place == low else list(taps))


@pytest.mark.parametrize("wrong", [{"method": "area"}, {"coordinates": "corners"}, {"rounding": "up"}], ids=str)
def test_unknown_resizings_are_refused(wrong):
    with pytest.raises(ArgumentError, match="which is not known"):
        resized(4, 8, **wrong)


layers = st.lists(
    st.builds(Layer, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(-1, 3)), max_size=4
)


def through_all(reads):
    field = Field()
    for read in reads:
        field = field.through(read)
    return field


@given(layers, st.integers(-3, 5))
def test_a_stack_of_windows_has_the_field_of_receptive_field(stack, i):
    field, known = through_all(stack), receptive_field(stack)
    for name in ("size", "jump", "padding", "offset"):
        assert getattr(field, name) == getattr(known, name)
    assert field.region(i) == known.region(i)
    assert (field.period, field.sizes, field.defined, field.reads) == (1, (known.size,), True, True)
    assert through_all([Axis(9, layer.k, layer.s, layer.d, layer.lo) for layer in stack]) == field


def draw_stackable(random):
    return draw_read(random) if random.random() < 0.7 else Layer(random.randint(1, 3), 1, random.randint(1, 3), 1)


def draw_endless(random):
    """A graph of any records, without sizes; half of its joins read all branches alike, so that some are aligned."""
    nodes = [GraphNode("x")]
    for number in range(random.randint(1, 6)):
        inputs = tuple(random.choice(nodes).name for _ in range(random.choice((1, 1, 2, 3))))
        apart = tuple((draw_stackable(random),) for _ in inputs)
        reads = random.choice((apart, (draw_stackable(random),), ()))
        nodes.append(GraphNode(str(number), inputs, reads))
    return nodes


def measure(nodes):
    """Return a function from a node's name and an output to the pixels it depends on."""
    named = {node.name: node for node in nodes}

    @cache
    def pixels(name, i):
        if name == "x":
            return frozenset({i})
        node, found = named[name], set()
        for number, inner in enumerate(node.inputs):
            for position in unbounded(node.reads_of(number, 1)[0], i):
                found |= pixels(inner, position)
        return frozenset(found)

    return pixels


def hull(pixels):
    return (min(pixels), max(pixels)) if pixels else None


def mean_place(field):
    """Return where output 0 stands by the fields of 60 outputs, each centre less the jumps before it."""
    centres = [(i, Fraction(sum(field.region(i)), 2)) for i in range(60) if field.region(i)]
    return sum(centre - i * field.jump for i, centre in centres) / len(centres)


def hold_a_graph_against_its_pixels(nodes):
    pixels = measure(nodes)
    known = graph_fields(nodes, rank=1)
    for node in nodes:
        (field,), (alignment,) = known[node.name].axes, known[node.name].alignments
        inner = [known[name].axes[0].through(node.reads_of(n, 1)[0]) for n, name in enumerate(node.inputs)]
        inner = [each for each in inner if each.reads or not each.defined]
        if not field.defined:
            assert (field.size, field.jump, field.padding, field.offset, field.sizes) == (None, None, None, None, ())
            unlike = len({each.jump for each in inner}) > 1
            assert unlike or any(not each.defined for each in inner)
            assert not alignment.aligned
            continue
        outputs = range(-2, min(2 * field.period, 16) + 2)
        for i in outputs:
            assert field.region(i) == hull(pixels(node.name, i)), (nodes, node.name, i)
        if not field.reads:
            continue
        turn = [hull(pixels(node.name, i + field.period)) for i in outputs]
        for before, after in zip(map(field.region, outputs), turn, strict=True):
            assert (before is None) == (after is None)
            assert before is None or after[0] - before[0] == field.jump * field.period
        assert field.size == max(field.sizes)
        if field.region(0):
            assert field.offset == Fraction(sum(field.region(0)), 2)
            assert field.padding == -field.region(0)[0]
        assert alignment.jumps_equal is True
        if all(60 % each.period == 0 for each in inner):
            assert alignment.centres_equal is (len({mean_place(each) for each in inner}) <= 1)
            assert alignment.aligned is alignment.centres_equal


def test_fields_of_graphs_are_what_outputs_depend_on():
    for seed in range(250):
        hold_a_graph_against_its_pixels(draw_endless(seeded(seed)))


@given(st.randoms(use_true_random=False))
def test_fields_of_any_graph_are_what_outputs_depend_on(random):
    hold_a_graph_against_its_pixels(draw_endless(random))


def moves(field, by):
    """How far the fields move from each output to that many further on; "no" where one of the two is empty."""
    regions = [(field.region(i), field.region(i + by)) for i in range(field.period)]
    both = [(here, there) for here, there in regions if here or there]
    return {(there[0] - here[0], there[1] - here[1]) if here and there else "no" for here, there in both}


def test_the_period_is_the_smallest():
    for first, second in product(SMALL[::17], SMALL[::13]):
        field = through_all([first, second])
        for by in range(1, field.period):
            whole = moves(field, by)
            assert len(whole) > 1 or "no" in whole or len(set(*whole)) > 1, (first, second)
    assert through_all([Layer(2, s=2), Transposed(2, s=2)]).period == 2
    assert through_all([Transposed(2, s=2), Layer(2, s=2)]) == Field()


def pair(*args, **kwargs):
    return (Layer(*args, **kwargs),) * 2


def unet(n, depth=4):
    """The U-Net of arXiv:1505.04597: valid convolutions, 2x2 pools and up-convolutions, cropped and concatenated."""
    nodes, skips = [GraphNode("x", size=(n, n))], []

    def add(inputs, reads, size):
        nodes.append(GraphNode(str(len(nodes)), inputs, reads, (size, size)))
        return nodes[-1].name

    last = "x"
    for level in range(depth + 1):
        last, n = add((last,), pair(3), n - 2), n - 4
        last = add((last,), pair(3), n)
        if level < depth:
            skips.append((last, n))
            n //= 2
            last = add((last,), pair(2, s=2), n)
    for skip, wide in reversed(skips):
        n *= 2
        last = add((last,), (Transposed(2, s=2),) * 2, n)
        last = add((skip, last), (pair(1, lo=-((wide - n) // 2)), pair(1)), n)
        last, n = add((last,), pair(3), n - 2), n - 4
        last = add((last,), pair(3), n)
    return nodes


def test_unet_has_two_sizes_of_field():
    nodes = unet(572)
    assert nodes[-1].size == (388, 388)
    for field in graph_fields(nodes)[nodes[-1].name].axes:
        assert (field.period, field.jump, field.size, set(field.sizes)) == (16, 1, 204, {188, 204})


def test_symbols_go_through_windows_and_joins():
    k, s, d, p, n = sympy.symbols("k s d p n", integer=True, positive=True)
    image, main = GraphNode("x", size=(n,)), GraphNode("main", ("x",), (Layer(k, s, d, lo=p),))
    beside = GraphNode("beside", ("x",), (Layer(1, s),))
    nodes = [
        image,
        main,
        beside,
        GraphNode("sum", ("main", "beside")),
        GraphNode("end", ("sum",), (Layer(3, s, lo=1),)),
    ]
    known = graph_fields(nodes)
    (field,), (alignment,) = known["sum"].axes, known["sum"].alignments
    assert field.jump == s
    assert alignment.jumps_equal is True
    assert alignment.centres_equal is alignment.aligned is None
    for numbers in product((1, 3, 4), (1, 2), (1, 2), (1, 2, 3)):
        values = dict(zip((k, s, d, p), numbers, strict=True))
        plain = [node for node in nodes if node.name != "x"]
        plain = [GraphNode("x"), *(number(node, values) for node in plain)]
        for name, symbolic in known.items():
            numeric = graph_fields(plain)[name].axes[0]
            for what in ("size", "jump", "padding"):
                assert sympy.sympify(getattr(symbolic.axes[0], what)).subs(values) == getattr(numeric, what)
            offset = numeric.offset
            assert sympy.sympify(symbolic.axes[0].offset).subs(values) == sympy.Rational(
                offset.numerator, offset.denominator
            )


def number(node, values):
    def value(x):
        return int(sympy.sympify(x).subs(values))

    return GraphNode(node.name, node.inputs, tuple(Layer(*map(value, (r.k, r.s, r.d, r.lo))) for r in node.reads))


def test_joins_of_symbols_are_decided_or_left_open():
    s, t, k, d = sympy.symbols("s t k d", integer=True, positive=True)
    for one, other, jumps in ((s, t, None), (s, s + 1, False), (s * t, t * s, True), (s * (t + 1), s * t + s, True)):
        field, alignment = join((Field().through(Layer(1, one)), Field().through(Layer(1, other))))
        assert alignment.jumps_equal is jumps
        assert field.defined is (jumps is not False)
    centred = Field().through(Layer(2 * k + 1, d=d, lo=d * k))
    assert join((centred, Field()))[1].aligned is True
    assert join((centred, Field().through(Layer(1, lo=1))))[1].centres_equal is False


def test_symbols_go_on_where_the_jump_alone_has_them():
    s, d, p = sympy.symbols("s d p", integer=True, positive=True)
    doubled = through_all([Layer(3, s), Transposed(2, s=2)])
    assert (doubled.period, doubled.jump, doubled.sizes) == (2, s / 2, (3, 3))
    assert through_all([Layer(1, s=2 * s), Transposed(2, s=2)]).jump == s
    assert Field().through(Transposed(3, d=d, lo=p)).region(0) == (p - 2 * d, p)
    assert through_all([Layer(1, s), Transposed(2, s=2), Layer(2, s=2)]) == Field().through(Layer(1, s))
    for field, read in (
        (Field(), Transposed(2, s=s)),
        (Field(), Transposed(2, s=2, d=d)),
        (doubled, Layer(3, d=d)),
        (doubled, Layer(3, s=s)),
    ):
        with pytest.raises(ArgumentTypeError, match="must have numbers"):
            field.through(read)


def test_branches_that_depend_on_nothing_do_not_count():
    gaps = Field().through(Transposed(1, s=2))
    assert (gaps.sizes, gaps.region(1), gaps.jump) == ((1, 0), None, Fraction(1, 2))
    nothing = gaps.through(Layer(1, s=2, lo=-1))
    assert (nothing.reads, nothing.size, nothing.offset, nothing.padding) == (False, 0, None, None)
    assert nothing.through(Layer(3)) == nothing
    assert join((nothing, Field().through(Layer(3))))[0] == Field(((0, 2),), 1)
    assert join((nothing,))[0] == nothing
    assert gaps.through(Layer(2)).sizes == (1, 1)


def test_unlike_jumps_are_undefined_from_there_on():
    nodes = [
        GraphNode("x"),
        GraphNode("half", ("x",), (Layer(1), Layer(2, s=2))),
        GraphNode("sum", ("x", "half")),
        GraphNode("end", ("sum",), (Layer(3), Layer(3))),
        GraphNode("again", ("end", "x")),
    ]
    known = graph_fields(nodes)
    rows, columns = known["end"].axes
    assert rows == Field(((0, 2),), 1)
    assert not columns.defined
    assert columns.region(0) is None
    assert [each.jumps for each in known["sum"].alignments] == [(1, 1), (1, 2)]
    assert [each.aligned for each in known["sum"].alignments] == [True, False]
    assert known["again"].alignments[1].jumps_equal is None
    # what all outputs share, whichever they are: the gate of squeeze-and-excitation
    assert Field().through(Layer(7)).through(Layer(1, s=0)) == Field(((0, 6),), 0)


def test_fields_can_be_counted_in_the_pixels_of_any_node():
    nodes = [
        GraphNode("x", size=(9,)),
        GraphNode("a", ("x",), (Layer(3, s=2),)),
        GraphNode("other"),
        GraphNode("b", ("a", "other"), (Layer(3),)),
    ]
    assert graph_fields(nodes)["b"].axes[0].size == 7
    assert graph_fields(nodes, source="a")["b"].axes[0].size == 3
    assert not graph_fields(nodes, source="a")["x"].axes[0].reads
    assert not graph_fields(nodes)["other"].axes[0].reads
    branches = [GraphNode("x"), GraphNode("a", ("x", "x"), ((Layer(3), Layer(1)), (Layer(1), Layer(1))))]
    assert [field.size for field in graph_fields(branches)["a"].axes] == [3, 1]
    alone = [GraphNode("x"), GraphNode("a", ("x",), ((Layer(3), Layer(5)),))]
    assert [field.size for field in graph_fields(alone)["a"].axes] == [3, 5]


@pytest.mark.parametrize(
    ("nodes", "source", "match"),
    [
        ([GraphNode("x"), GraphNode("a", ("b",))], None, "'b', which is not among the nodes before it"),
        ([GraphNode("x"), GraphNode("x")], None, "another node has the same name"),
        ([], None, "no node is without inputs"),
        ([GraphNode("x")], "y", "no node is called 'y'"),
        ([GraphNode("x")], None, "no node says how many axes"),
        ([GraphNode("x", size=(3, 3)), GraphNode("a", ("x",), (Layer(3),))], None, "1 reads for 2 axes"),
        ([GraphNode("x"), GraphNode("a", ("x",), ((Layer(3),),) * 2)], None, "2 tuples of reads for 1 inputs"),
    ],
)
def test_graphs_that_make_no_sense_are_refused(nodes, source, match):
    with pytest.raises(ArgumentError, match=match):
        graph_fields(nodes, source)


def test_endless_periods_are_refused():
    with pytest.raises(ArgumentError, match="more than 65536"):
        Field().through(Resampled(1, 0, 65537))
    one, other = Field().through(Resampled(255, 0, 256)), Field().through(Resampled(255, 0, 256, 2, True))
    assert join((one, other))[0].period == 256
    branches = [Field().through(Layer(1, s=s)).through(Resampled(1, 0, s * 997)) for s in (3, 61)]
    assert [(each.period, each.jump) for each in branches] == [
        (3 * 997, Fraction(1, 997)),
        (61 * 997, Fraction(1, 997)),
    ]
    with pytest.raises(ArgumentError, match="more than 65536"):
        join(branches)


def test_outputs_stand_on_average_where_the_jump_takes_them():
    """Fields of one period, each taken back by its jumps: their centres' mean is where the first output stands."""
    for k, s, lo in product(range(1, 6), range(1, 4), range(3)):
        if k < s:
            continue  # some outputs read nothing
        field = Field(((-1, 3),), 2).through(Transposed(k, s, lo=lo))
        places = [Fraction(sum(field.region(i)), 2) - i * field.jump for i in range(s * field.period)]
        assert field.centre == sum(places) / len(places)
        # and that is where the convolution whose adjoint this is would have to look from
        assert field.centre == 1 - Fraction(2, s) * (Fraction(k - 1, 2) - lo)


@pytest.mark.parametrize("name", ["unet", "fcn16s", "fcn8s", "resnet50", "deeplabv3_resnet101_os16"])
def test_the_branches_of_well_made_networks_are_aligned(name):
    for field in receptive_fields(network(name)):
        assert all(alignment.aligned for alignment in field.alignments), field.layer.node.name


def test_symbols_behind_an_up_sampling_are_refused_where_branches_are_open():
    n = sympy.Symbol("n", integer=True, positive=True)
    upsampled = Field().through(Layer(2, s=2)).through(Transposed(2, s=2))
    with pytest.raises(ArgumentTypeError, match="Give numbers from the first up-sampling on"):
        join((upsampled, Field().through(Layer(1, lo=-n))))
    field, alignment = join((Field(), Field().through(Layer(1, lo=-n))))
    assert (field.size.subs(n, 4), alignment.aligned) == (5, False)
