"""Faults of the page on scale: in its wiring, its sentences and its charts."""

from tests.mutants import Mutant

PAGE, DRAWN, ROOM = (
    "pages/6_scale_decoupling.py",
    "bnviz/ui/lessons/scale_decoupling.py",
    "bnviz/lessons/scale_decoupling",
)
WIRING = "tests/wiring/test_scale_decoupling.py"
FOLLOWS = f"{WIRING} -k 'follows_a_control or together'"
VERDICTS, CHARTS = "tests/lessons/scale_decoupling/test_verdicts.py", "tests/lessons/scale_decoupling/test_charts.py"
PERIODIC = "tests/lessons/scale_decoupling/test_periodic.py"


def _mutant(name: str, file: str, old: str, new: str, tests: str) -> Mutant:
    return Mutant(name=f"scale: {name}", file=file, old=old, new=new, tests=tests)


MUTANTS = [
    _mutant("the triangle of the next update", PAGE, "update - 1)", "update)", FOLLOWS),
    _mutant("ε and a swapped", PAGE, "eps, factor)", "factor, eps)", FOLLOWS),
    _mutant("the kick of the other slider", PAGE, "kick_experiment(kick_factor,", "kick_experiment(factor,", FOLLOWS),
    _mutant("rate and initial scale swapped", PAGE, "(init_scale, rate, seed)", "(rate, init_scale, seed)", FOLLOWS),
    _mutant("the switch of the other figure", PAGE, "(decay, decay_exact, seed)", "(decay, exact, seed)", FOLLOWS),
    _mutant("the factor of the first slider", PAGE, "network, equal_factor)", "network, factor)", FOLLOWS),
    _mutant(
        "labels never replaced",
        PAGE,
        "Equilibrium(noisy, seed)",
        "Equilibrium(True, seed)",
        FOLLOWS,
    ),
    _mutant(
        "the kick of seed 0",
        PAGE,
        "kick_experiment(kick_factor, seed)",
        "kick_experiment(kick_factor, 0)",
        f"{WIRING} -k seed",
    ),
    _mutant(
        "settled at the angle of another seed",
        DRAWN,
        'longer(values["w_angle"], seed)',
        'longer(values["w_angle"], 0)',
        f"{WIRING} -k seed",
    ),
    _mutant("the other neuron's gradient", DRAWN, "plain, batch = longer(", "batch, plain = longer(", FOLLOWS),
    _mutant(
        "the kick's control by another factor", PAGE, "KickStatistics(kick_factor,", "KickStatistics(10.0,", FOLLOWS
    ),
    _mutant(
        "the variance goes along with a",
        f"{ROOM}/kick_statistics.py",
        "self.factor**2)",
        "self.factor)",
        "tests/lessons/scale_decoupling/test_experiments.py -k KickStatistics",
    ),
    _mutant(
        "the turn is a mean again",
        f"{ROOM}/equilibrium.py",
        "np.sqrt((angle**2).mean()",
        "np.sqrt((angle.mean()**2)",
        "tests/lessons/scale_decoupling/test_experiments.py -k balance",
    ),
    _mutant(
        "rows of the table swapped",
        DRAWN,
        "styles[0].label: plain, styles[1].label: now",
        "styles[0].label: now, styles[1].label: plain",
        FOLLOWS,
    ),
    _mutant(
        "spread without the factor is that with it",
        DRAWN,
        "scale_verdict(now, unscaled,",
        "scale_verdict(now, now,",
        FOLLOWS,
    ),
    _mutant("differences of the runs swapped", DRAWN, "for run in (1, 2))", "for run in (2, 1))", FOLLOWS),
    _mutant(
        "evaluation of the plain network", DRAWN, 'effects["norm"] == "batch"', 'effects["norm"] == "none"', FOLLOWS
    ),
    _mutant(
        "spikes of the network without decay",
        DRAWN,
        'summary["run"] == DECAYED',
        'summary["run"] == 1',
        f"{WIRING} -k long_training",
    ),
    _mutant("the verdict of growth by the other name", DRAWN, 'styles[row["run"]]', 'styles[1 - row["run"]]', FOLLOWS),
    _mutant(
        "theory for measurement",
        DRAWN,
        "length_ratio(table), task.length_ratio",
        "task.length_ratio, task.length_ratio",
        f"{WIRING} -k another_seed",
    ),
    *(
        _mutant(f"{new} for {old}", f"{ROOM}/verdicts.py", old, new, VERDICTS)
        for old, new in (
            ("NEAR = 0.1", "NEAR = 0.12"),
            ("INVARIANT = 0.01", "INVARIANT = 0.011"),
            ("GOES_ON = 1.25", "GOES_ON = 1.2"),
            ("RIGHT_ANGLE = 1e-6", "RIGHT_ANGLE = 2e-6"),
            ("BALANCED = 0.1", "BALANCED = 0.12"),
            ("SAME = 0.02", "SAME = 0.04"),
            ("SLIGHT = 0.01", "SLIGHT = 0.02"),
        )
    ),
    _mutant(
        "losses before and after swapped",
        f"{ROOM}/verdicts.py",
        "{short(row['loss_before'])}, then {after}",
        "{after}, then {short(row['loss_before'])}",
        VERDICTS,
    ),
    _mutant(
        "balance of the best run alone",
        f"{ROOM}/verdicts.py",
        '(balance["share"] - 1).abs().max()',
        '(balance["share"] - 1).abs().min()',
        VERDICTS,
    ),
    _mutant(
        "a spike is nine medians", f"{ROOM}/periodic.py", "RISE, CALM = 10.0, 1.5", "RISE, CALM = 9.0, 1.5", PERIODIC
    ),
    _mutant(
        "two spikes are again and again", f"{ROOM}/periodic_verdicts.py", "if spikes <= 2", "if spikes < 2", PERIODIC
    ),
    _mutant("clearly is three", f"{ROOM}/periodic_verdicts.py", "= 1.5, 2.0", "= 1.5, 3.0", PERIODIC),
    _mutant(
        "the corner at the end of the step",
        f"{ROOM}/charts.py",
        '{"x": [last["x"]], "y": [last["y"]]}',
        '{"x": [last["next_x"]], "y": [last["next_y"]]}',
        CHARTS,
    ),
    _mutant(
        "the prediction drawn as the length",
        f"{ROOM}/charts.py",
        'alt.Y("squared:Q", **axis)',
        'alt.Y("predicted:Q", **axis)',
        CHARTS,
    ),
    _mutant("the law of the gradient is 1/a²", f"{ROOM}/charts.py", '"1/a", -1)', '"1/a", -2)', CHARTS),
    _mutant(
        "the kick one step late",
        f"{ROOM}/kick.py",
        "loss[at + 1 - BATCHES : at + 1, 0]",
        "loss[at - BATCHES : at, 0]",
        "tests/lessons/scale_decoupling/test_experiments.py -k kick",
    ),
    _mutant(
        "predicted without the first length",
        f"{ROOM}/growth.py",
        "weight[0] ** 2 + np.cumsum",
        "np.cumsum",
        "tests/lessons/scale_decoupling/test_experiments.py",
    ),
]
