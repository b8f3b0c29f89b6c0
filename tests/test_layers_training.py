"""Losses against their formulas and differences, optimisers against steps worked out by hand, and the loop."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from refconv.layers import (
    SGD,
    Adam,
    BatchNorm1d,
    Conv1d,
    CrossEntropy,
    Dropout,
    Flatten,
    History,
    Linear,
    Loss,
    MeanSquaredError,
    ReLU,
    Sequential,
    evaluate,
    fit,
    predict,
    softmax,
)
from refconv.layers.training import fit as loop


@pytest.mark.parametrize("shape", [(5, 3), (2, 4, 6), (2, 3, 2, 4)])
def test_cross_entropy_is_its_formula(shape):
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal(shape), rng.integers(0, shape[1], (shape[0], *shape[2:]))
    loss = CrossEntropy(ignore_index=1)
    value = loss(scores, labels)
    rows, chosen = np.moveaxis(scores, 1, -1).reshape(-1, shape[1]), labels.ravel()
    kept = chosen != 1
    by_hand = [-np.log(np.exp(z)[t] / np.exp(z).sum()) for z, t in zip(rows[kept], chosen[kept], strict=True)]
    assert value == pytest.approx(np.mean(by_hand), rel=1e-13)
    dscores = loss.backward()
    ones = np.moveaxis(np.eye(shape[1])[labels], -1, 1)
    expected = (softmax(scores) - ones) * np.expand_dims(labels != 1, 1) / kept.sum()
    assert np.allclose(dscores, expected, rtol=1e-13, atol=1e-15)
    assert np.allclose(dscores.sum(axis=1), 0, atol=1e-15), "adding a number to all scores changes nothing"


def test_cross_entropy_has_the_slopes_of_differences():
    rng = np.random.default_rng(1)
    scores, labels, step = rng.standard_normal((4, 5)), rng.integers(0, 5, 4), rng.standard_normal((4, 5))
    loss, h = CrossEntropy(), 1e-5
    loss(scores, labels)
    slope = (loss.backward() * step).sum()
    # A third derivative of order 10 times h squared, and rounding of 1e-15 over h.
    difference = loss(scores + h * step, labels) - loss(scores - h * step, labels)
    assert difference / (2 * h) == pytest.approx(slope, abs=1e-8)


def test_cross_entropy_bears_large_scores():
    loss = CrossEntropy()
    assert loss(np.array([[1e4, -1e4]]), np.array([0])) == 0
    assert loss(np.array([[1e4, -1e4]]), np.array([1])) == 2e4
    assert np.array_equal(loss.backward(), [[1, -1]])
    assert loss(np.array([[3, 3]], np.float32), np.array([1], np.uint8)) == pytest.approx(np.log(2))
    assert loss.backward().dtype == np.float32


def test_the_squared_error_and_its_gradient():
    loss, rng = MeanSquaredError(), np.random.default_rng(2)
    z, t, step = rng.integers(-5, 6, (3, 4, 8, 8)).astype(float)[:3]
    value = loss(z, t)
    gradient = loss.backward()
    assert value == ((z - t) ** 2).mean()
    # exact: the loss is a polynomial of degree 2
    assert loss(z + step, t) - loss(z - step, t) == 2 * (gradient * step).sum()
    loss(np.ones(2, np.float32), np.array([0, 1]))
    assert loss.backward().dtype == np.float32


class Slope(Linear):
    """One number, whose gradient is given."""

    def __init__(self, start):
        super().__init__(1, 1, bias=False)
        self.weight[...] = start

    def give(self, gradient):
        self.zero_gradients()
        self.accumulate(weight=np.array([[gradient]]))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # lr 1/2 and gradients 2, 4, -8, from 16 on
        ({}, [15, 13, 17]),
        ({"momentum": 0.5}, [15, 12.5, 15.25]),  # v: 2, 5, -5.5
        ({"momentum": 0.5, "nesterov": True}, [14.5, 11.25, 16.625]),  # g + v/2: 3, 6.5, -10.75
        ({"weight_decay": 0.25}, [13, 9.375, 12.203125]),  # g: 2 + 4, 4 + 3.25, -8 + 2.34375
    ],
)
def test_sgd_by_hand(options, expected):
    model = Slope(16)
    optimiser = SGD(model, lr=0.5, **options)
    for gradient, after in zip([2, 4, -8], expected, strict=True):
        model.give(gradient)
        optimiser.step()
        assert model.weight.item() == after


def test_adam_by_hand():
    """The betas are 1/2 and 3/4: m is 1, 2.5 of 1/2, 3/4; v is 1, 4.75 of 1/4, 7/16."""
    model = Slope(10)
    optimiser = Adam(model, lr=0.5, betas=(0.5, 0.75), eps=0)
    model.give(2.0)
    optimiser.step()
    assert model.weight.item() == pytest.approx(10 - 0.5 * (1 / 0.5) / np.sqrt(1 / 0.25))
    model.give(4.0)
    optimiser.step()
    assert model.weight.item() == pytest.approx(9.5 - 0.5 * (2.5 / 0.75) / np.sqrt(4.75 / 0.4375))


def test_adam_is_measured_in_its_own_gradients():
    """Times 1000 or not: the first step is the learning rate."""
    for gradient in (1e-3, 1.0, -1e3):
        model = Slope(0)
        model.give(gradient)
        Adam(model, lr=0.25).step()
        assert model.weight.item() == pytest.approx(-0.25 * np.sign(gradient), rel=1e-4)
    model = Slope(4)
    model.give(0.0)
    Adam(model, lr=0.25, weight_decay=0.5, eps=0).step()
    assert model.weight.item() == 3.75


def test_steps_are_taken_in_place_and_in_the_parameters_type():
    model = Linear(2, 2, dtype=np.float32, seed=0)
    weight = model.weight
    for optimiser in (SGD(model, 0.1, momentum=0.9), Adam(model)):
        model.accumulate(weight=np.ones((2, 2)))
        optimiser.step()
    assert model.weight is weight
    assert weight.dtype == np.float32
    moving = BatchNorm1d(2)
    moving(np.random.default_rng(0).random((4, 2)))
    before = moving.running_mean.copy()
    SGD(moving, lr=1.0, weight_decay=1.0).step()
    assert np.array_equal(moving.running_mean, before), "statistics follow no gradient"


def problem(seed=0):
    """Which of two halves of a sequence is louder."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((96, 1, 8))
    return x, ((x**2)[..., 4:].sum(axis=(1, 2)) > (x**2)[..., :4].sum(axis=(1, 2))).astype(int)


def small(seed=0):
    rng = np.random.default_rng(seed)
    return Sequential(
        *(Conv1d(1, 8, 1, seed=rng), BatchNorm1d(8), ReLU(), Dropout(0.1, seed=rng)),
        *(Flatten(), Linear(64, 2, seed=rng)),
    )


def trained(**options):
    model = small()
    x, labels = problem()
    said = {"epochs": 30, "batch_size": 16, "validation": problem(1), "progress": False, **options}
    return model, fit(model, CrossEntropy(), Adam(model, lr=0.02), x, labels, **said)


def test_a_small_model_learns():
    model, history = trained()
    assert history.loss[-1] < 0.2 < history.loss[0]
    assert history.accuracy[-1] > 0.9
    assert history.epochs == len(history.validation_loss) == len(history.validation_accuracy) == 30
    assert history.seconds == sorted(history.seconds)
    assert history.stopped == ""
    assert not model.training
    loss, right = evaluate(model, CrossEntropy(), *problem(1), batch_size=7)
    assert (loss, right) == pytest.approx((history.validation_loss[-1], history.validation_accuracy[-1]))
    assert right == (predict(model, problem(1)[0]).argmax(axis=1) == problem(1)[1]).mean() > 0.75
    assert str(history).startswith("30 epochs in ")
    assert f"validation accuracy {right:.4f}" in str(history)


def test_the_seed_decides_everything():
    one, other, different = (trained(epochs=2, seed=seed)[1] for seed in (0, 0, 1))
    assert one.loss == other.loss != different.loss


def test_an_epoch_sees_every_sample_once():
    seen = []

    class Watched(Linear):
        def compute(self, x):
            seen.append(x.copy())
            return super().compute(x)

    model = Watched(1, 1, seed=0)
    x = np.arange(10.0)[:, None]
    fit(model, MeanSquaredError(), SGD(model, 0.0), x, x, epochs=2, batch_size=4, progress=False)
    assert [len(batch) for batch in seen] == [4, 4, 2] * 2
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    assert sorted(first.ravel()) == sorted(second.ravel()) == list(range(10))
    assert not np.array_equal(first, second)


def test_a_step_is_one_of_the_batch_alone():
    """One epoch of one batch is a step by hand: gradients are forgotten before it."""
    x, t = np.array([[1.0], [3.0]]), np.array([[2.0], [0.0]])
    model = Slope(1)
    model.give(100.0)
    history = fit(model, MeanSquaredError(), SGD(model, 0.5), x, t, epochs=1, batch_size=2, progress=False)
    assert model.weight.item() == 1 - 0.5 * ((1 - 2) * 1 + (3 - 0) * 3)
    assert (history.loss, history.accuracy) == ([5.0], [])
    assert np.isnan(evaluate(model, MeanSquaredError(), x, t)[1])


def test_means_are_over_labels_that_count():
    """Batches with few labels weigh little, and one without any is passed over when judging."""
    scores, labels = np.zeros((4, 2)), np.array([0, -100, -100, -100])
    scores[0] = [0, np.log(3)]
    loss, right = evaluate(Flatten(), CrossEntropy(), scores, labels, batch_size=2)
    assert (loss, right) == (pytest.approx(np.log(4)), 0)
    model = Linear(2, 2, seed=0)
    mixed = np.array([0, 1, 1, -100])
    history = fit(model, CrossEntropy(), SGD(model, 0), scores, mixed, epochs=1, batch_size=3, progress=False)
    assert history.loss[0] == pytest.approx(evaluate(model, CrossEntropy(), scores, mixed)[0])


def test_samples_are_taken_in_the_models_type():
    kinds = []

    class Watched(Linear):
        def compute(self, x):
            kinds.append(x.dtype)
            return super().compute(x)

    model = Watched(1, 1, dtype=np.float32)
    x = np.ones((2, 1))
    fit(model, MeanSquaredError(), SGD(model, 0), x, x, epochs=1, batch_size=2, progress=False)
    predict(model, x)
    assert set(kinds) == {np.dtype(np.float32)}


def test_ctrl_c_returns_what_there_is():
    class Stops(CrossEntropy):
        calls = 0

        def forward(self, scores, labels):
            self.calls += 1
            if self.calls == 9:  # 6 batches an epoch and 6 to judge it: within the judging of the first
                raise KeyboardInterrupt
            return super().forward(scores, labels)

    model = small()
    before = model.state_dict()
    x, labels = problem()
    history = fit(
        *(model, Stops(), SGD(model, 0.1), x, labels),
        **dict(epochs=5, batch_size=16, validation=(x, labels), progress=False),
    )
    assert history.stopped == "interrupted"
    assert history.epochs == len(history.accuracy) == len(history.seconds) == 0
    assert not model.training
    assert not np.array_equal(before["0.weight"], model.state_dict()["0.weight"])
    assert str(history) == "0 epochs (interrupted)"


def test_training_stops_when_time_is_up():
    _, history = trained(seconds=0.0)
    assert (history.epochs, history.stopped) == (0, "seconds")
    assert trained(epochs=1, seconds=1e6)[1].stopped == ""


def test_progress_may_be_a_function():
    seen = []
    trained(epochs=3, progress=lambda epoch, history: seen.append((epoch, history.epochs)))
    assert seen == [(1, 1), (2, 2), (3, 3)]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("patience", "shown"), [(0.0, True), (60.0, False)])
def test_a_bar_comes_up_where_it_takes_long(monkeypatch, patience, shown):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(loop, "_PATIENCE", patience)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    trained(epochs=2, progress=True)
    assert ("training" in sys.stderr.getvalue()) is shown


def test_no_bar_where_nobody_looks(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(loop, "_PATIENCE", 0.0)
    trained(epochs=1, progress=True)
    assert sys.stderr.getvalue() == ""


def test_evaluating_leaves_the_modes_as_they_were():
    model = small()
    model[3].eval()
    evaluate(model, CrossEntropy(), *problem())
    assert [layer.training for layer in model] == [True, True, True, False, True, True]


x2, two = np.zeros((2, 3)), np.array([0, 1])
line = Linear(3, 2, seed=0)
WRONG = [
    (lambda: CrossEntropy().backward(), ArgumentError, "CrossEntropy: backward was called before forward"),
    (lambda: CrossEntropy()(x2, np.array([0, 3])), ArgumentError, "label 3 is no class: scores has 3 of them"),
    (lambda: CrossEntropy()(x2, np.array([0, -1])), ArgumentError, "label -1 is no class"),
    (lambda: CrossEntropy()(x2, np.array([0.0, 1.0])), ArgumentTypeError, "labels.astype"),
    (lambda: CrossEntropy()(x2, np.eye(3, dtype=int)[:2]), ShapeError, "not one-hot"),
    (lambda: CrossEntropy()(np.zeros(2), two), ShapeError, "one label"),
    (lambda: CrossEntropy()(x2, np.array([-100, -100])), ArgumentError, "no label counts"),
    (lambda: MeanSquaredError()(x2, two), ShapeError, "one shape"),
    (lambda: MeanSquaredError()(np.zeros(0), np.zeros(0)), ShapeError, "a number in it"),
    (lambda: MeanSquaredError().backward(), ArgumentError, "MeanSquaredError: backward"),
    (lambda: SGD(line, lr=-1), ArgumentError, "lr is -1"),
    (lambda: SGD(line, 1, momentum=float("nan")), ArgumentError, "momentum is nan"),
    (lambda: SGD(line, 1, nesterov=True), ArgumentError, "Give a momentum"),
    (lambda: Adam(line, weight_decay=-1), ArgumentError, "weight_decay"),
    (lambda: Adam(line, betas=(0.9, 1)), ArgumentError, "betas"),
    (lambda: Adam(line, eps=-1), ArgumentError, "eps"),
    (lambda: started(labels=two[:1]), ShapeError, "one entry per sample"),
    (lambda: started(x=x2[:0], labels=two[:0]), ShapeError, "at least one"),
    (lambda: started(epochs=0), ArgumentError, "epochs must be at least 1"),
    (lambda: started(batch_size=0), ArgumentError, "batch_size"),
    (lambda: started(optimiser=SGD(Linear(3, 2), 1)), ArgumentError, "of another model"),
]


def started(x=x2, labels=two, epochs=1, batch_size=1, optimiser=None):
    fit(line, CrossEntropy(), optimiser or SGD(line, 1), x, labels, epochs=epochs, batch_size=batch_size)


@pytest.mark.parametrize(("act", "kind", "message"), WRONG, ids=[message for *_, message in WRONG])
def test_mistakes_are_named(act, kind, message):
    with pytest.raises(kind, match=message):
        act()


def test_a_loss_of_ones_own_says_what_it_lacks():
    with pytest.raises(NotImplementedError):
        Loss()(x2, two)
    assert Loss().hits(x2, two) == (0, 0)
    assert History().epochs == 0


ATTACKS = [
    (lambda: CrossEntropy("a"), ArgumentTypeError, "ignore_index must be an integer"),
    (lambda: CrossEntropy()(x2 * 1j, two), DTypeError, "real numbers are needed"),
    (lambda: CrossEntropy()(x2, [[1], [1, 2]]), DTypeError, "labels cannot be read"),
    (lambda: MeanSquaredError()(x2 * 1j, x2), DTypeError, "real numbers are needed"),
    (lambda: softmax([1.0, 2.0]), ShapeError, "no classes along axis 1"),
    (lambda: softmax(np.zeros((3, 0))), ShapeError, "no classes along axis 1"),
    (lambda: SGD(None, 1), ArgumentTypeError, "model is NoneType"),
    (lambda: SGD(line.parameters(), 1), ArgumentTypeError, "not its parameters"),
    (lambda: SGD(line, "a"), ArgumentTypeError, "lr must be a number"),
    (lambda: SGD(line, float("inf")), ArgumentError, "lr is inf"),
    (lambda: Adam(line, betas=0.9), ArgumentError, "two numbers"),
    (lambda: Adam(line, betas=(0.9, "a")), ArgumentTypeError, "betas must be a number"),
    (lambda: started(x=[[1], [1, 2]]), DTypeError, "x cannot be read"),
    (lambda: started(optimiser=CrossEntropy()), ArgumentTypeError, "must be a Optimiser"),
    (lambda: trained_with(loss=CrossEntropy), ArgumentTypeError, r"Give CrossEntropy\(\)"),
    (lambda: trained_with(validation=(x2, two, 3)), ArgumentTypeError, "Give a pair"),
    (lambda: trained_with(seconds="a"), ArgumentTypeError, "seconds must be a number"),
    (lambda: trained_with(seed="a"), ArgumentTypeError, "seed is 'a'"),
    (lambda: trained_with(progress="yes"), ArgumentTypeError, "progress must be True or False"),
    (lambda: evaluate(line, None, x2, two), ArgumentTypeError, "must be a Loss"),
    (lambda: predict(None, x2), ArgumentTypeError, "must be a Layer"),
    (lambda: predict(line, 1.0), ShapeError, "single number"),
]


def trained_with(loss=None, **how):
    fit(line, loss or CrossEntropy(), SGD(line, 0.0), x2, two, epochs=1, batch_size=2, **how)


@pytest.mark.parametrize(("act", "kind", "message"), ATTACKS, ids=[str(number) for number in range(len(ATTACKS))])
def test_what_is_no_model_loss_or_number_is_named(act, kind, message):
    with pytest.raises(kind, match=message):
        act()


def test_losses_of_small_types_neither_wrap_nor_overflow():
    loss = MeanSquaredError()
    assert loss(np.array([2], np.uint8), np.array([202], np.uint8)) == 40000
    assert loss.backward() == -400
    assert loss(np.array([True, False]), np.array([True, True])) == 0.5
    assert loss(np.array([300], np.float16), np.array([0], np.float16)) == 90000
    assert loss.backward().dtype == np.float16
    entropy, scores = CrossEntropy(), np.zeros((1, 2, 70000), np.float16)
    assert entropy(scores, np.zeros((1, 70000), int)) == pytest.approx(np.log(2), rel=1e-6)
    assert entropy.backward().dtype == np.float16
    assert entropy.backward().any()


def test_the_speed_is_not_the_models_gradient():
    model = Linear(1, 1, bias=False, seed=0)
    descent = SGD(model, 1.0, momentum=0.5)
    model(np.ones((1, 1)))
    model.backward(np.ones((1, 1)))
    descent.step()
    before = model.weight.copy()
    model.gradients()["weight"][...] = 100  # as who clips gradients writes in them
    model.zero_gradients()
    descent.step()
    assert before - model.weight == 0.5
