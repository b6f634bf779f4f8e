"""Code that was written for a graphics card computes on the processor, with the same results."""

import textwrap

import pytest

from nmautils.grading.model.limits import Limits
from tests.support.kernels import open_kernel, start_forkserver

LIMITS = Limits(cell_seconds=10, grace_seconds=1, memory_gib=4)


@pytest.fixture(scope="module")
def kernel():
    server = start_forkserver()
    try:
        with open_kernel(
            server, ("import torch", "from torch import nn, optim"), 1, LIMITS
        ) as kernel:
            yield kernel
    finally:
        server.close()


def value(kernel, source):
    """What the last line of a cell is, as text; an error of the cell fails the test."""
    done = kernel.execute(textwrap.dedent(source), 10)
    assert (done.status, done.left_out) == ("ok", ()), done.outputs
    return done.outputs[-1]["data"]["text/plain"]


@pytest.mark.parametrize(
    "expression",
    [
        "torch.ones(2).cuda()",
        "torch.ones(2).cuda(0, non_blocking=True)",
        "torch.ones(2).to('cuda')",
        "torch.ones(2).to('cuda:1')",
        "torch.ones(2).to(torch.device('cuda', 0))",
        "torch.ones(2).to(0)",
        "torch.ones(2).to(device='mps')",
        "torch.ones(2, dtype=torch.float64).to('cuda', torch.float32, copy=True)",
        "torch.ones(2).to(torch.zeros(1, device='cuda'))",
        "torch.tensor([1.0, 1.0], device='cuda')",
        "torch.full((2,), 1.0, device=torch.device('mps'))",
        "torch.ones_like(torch.zeros(2), device='cuda')",
        "torch.zeros(2).new_ones(2, device='cuda')",
        "torch.ones(2).pin_memory()",
        "torch.ones(2, dtype=torch.float64).type(torch.cuda.FloatTensor)",
        "torch.ones(2, dtype=torch.float64).type('torch.cuda.FloatTensor')",
        "torch.cuda.FloatTensor([1, 1])",
        "nn.Parameter(torch.ones(2)).cuda().detach()",
        "nn.Linear(2, 2).cuda().to('cuda:0').bias.detach() * 0 + 1",
        "nn.Linear(2, 2, device='cuda').bias.detach() * 0 + 1",
        "nn.Sequential(nn.Linear(2, 2)).to(device='mps')[0].bias.detach() * 0 + 1",
        "torch.rand(2, generator=torch.Generator('cuda').manual_seed(1), device='cuda') * 0 + 1",
    ],
)
def test_a_card_means_the_processor(kernel, expression):
    assert value(kernel, f"({expression}).cpu()") == "tensor([1., 1.])"


@pytest.mark.parametrize(
    "lines",
    [
        "torch.cuda.synchronize(); torch.cuda.empty_cache(); torch.cuda.set_device(0)",
        "torch.cuda.reset_peak_memory_stats(); torch.cuda.manual_seed_all(1)",
        "torch.cuda.get_device_name(0); torch.cuda.current_device()",
        "a = torch.cuda.Event(enable_timing=True); a.record(); a.elapsed_time(a)",
        "torch.mps.synchronize(); torch.mps.empty_cache()",
        "with torch.cuda.device(0): torch.ones(1)",
        "with torch.amp.autocast('cuda', enabled=False): torch.ones(1)",
        "with torch.device('cuda'): nn.Linear(2, 2)",
        "scaler = torch.amp.GradScaler('cuda', enabled=False); scaler.update",
        "torch.set_default_device('cuda:0'); torch.ones(1); torch.set_default_device('cpu')",
        "torch.set_default_device(torch.device('mps')); torch.set_default_device(None)",
        "import io; f = io.BytesIO(); torch.save(torch.ones(1), f); f.seek(0)\n"
        "torch.load(f, map_location='cuda:0')",
    ],
)
def test_what_only_speaks_of_the_card_does_nothing(kernel, lines):
    assert value(kernel, lines + "\nNone\ntorch.zeros(1).device") == "device(type='cpu')"


def test_the_truth_about_the_machine_stays(kernel):
    asked = (
        "torch.cuda.is_available(), torch.cuda.device_count(), torch.backends.mps.is_available()"
    )
    assert value(kernel, asked) == "(False, 0, False)"
    generators = "isinstance(torch.default_generator, torch.Generator), torch.Generator().device"
    assert value(kernel, generators) == "(True, device(type='cpu'))"
    assert value(kernel, "isinstance('cuda', torch.Generator), torch.float64") == (
        "(False, torch.float64)"
    )


@pytest.mark.parametrize(
    "wrong",
    ["torch.ones(2).to('cudda')", "torch.ones(2).to([])", "torch.ones(2, device='nowhere')"],
)
def test_a_device_that_is_none_is_still_an_error(kernel, wrong):
    assert kernel.execute(wrong, 10).status == "error"


@pytest.mark.parametrize(
    "how",
    [
        "f = torch.compile(net)",
        "f = torch.compile(net, mode='max-autotune', fullgraph=True)",
        "net.compile(); f = net",
        "f = torch.compile(net.forward)",
        "@torch.compile\ndef f(x): return net(x)",
        "@torch.compile(dynamic=True)\ndef f(x): return net(x)",
        "f = torch.compile()(net)",
    ],
)
def test_nothing_is_compiled_and_nothing_changes(kernel, how):
    cell = f"net, x = nn.Linear(2, 2), torch.ones(1, 2)\n{how}\ntorch.equal(f(x), net(x))"
    assert value(kernel, cell) == "True"


@pytest.mark.parametrize(
    "options",
    [
        "num_workers=2",
        "num_workers=8, persistent_workers=True, prefetch_factor=4",
        "num_workers=1, multiprocessing_context='spawn', timeout=3",
        "num_workers=2, pin_memory=True, pin_memory_device='cuda'",
        "num_workers=2, worker_init_fn=print",
        "pin_memory=True, drop_last=True",
    ],
)
def test_a_loader_gives_the_same_rows_in_this_process(kernel, options):
    cell = f"""
    from torch.utils.data import DataLoader, TensorDataset
    rows = TensorDataset(torch.arange(6.0))
    def drawn(**options):
        torch.manual_seed(3)
        loader = DataLoader(rows, 2, True, **options)
        return [batch[0].tolist() for _ in range(2) for batch in loader], loader.num_workers
    drawn({options}) == drawn()
    """
    assert value(kernel, cell) == "True"


def test_a_loader_of_ones_own_kind_works_too(kernel):
    cell = """
    from torch.utils.data import DataLoader
    class Mine(DataLoader):
        def __init__(self, data):
            super().__init__(data, 2, False, None, None, 4)
    [batch.tolist() for batch in Mine(range(4))]
    """
    assert value(kernel, cell) == "[[0, 1], [2, 3]]"


@pytest.mark.parametrize(
    "line",
    [
        "print(torch.cuda.memory_summary())",
        "torch.cuda.set_rng_state(torch.cuda.get_rng_state())",
        "torch.cuda.get_device_properties(0).total_memory / 1e9",
        "torch.cuda.memory_allocated() / torch.cuda.mem_get_info()[1]",
        "torch.cuda.get_device_capability()",
        "torch.cuda.current_stream().synchronize()",
        "torch.cuda.utilization()",
        "torch.cuda.initial_seed()",
        "torch.cuda.nvtx.range_push('a')",
        "torch.mps.current_allocated_memory()",
        "torch.ones(2).record_stream(torch.cuda.current_stream())",
        "with torch.random.fork_rng(devices=[0]): torch.rand(1)",
    ],
)
def test_what_asks_about_a_card_stops_nothing(kernel, line):
    assert value(kernel, f"{line}\ntorch.cuda.is_available()") == "False"


def test_work_in_a_stream_is_done_at_once(kernel):
    source = """
    stream = torch.cuda.Stream(device="cuda:0", priority=-1)
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        x = torch.ones(2, device="cuda") + 1
    stream.record_event().synchronize()
    stream.synchronize()
    x
    """
    assert value(kernel, source) == "tensor([2., 2.])"


def test_the_state_of_a_card_that_is_not_there_leaves_the_random_numbers_alone(kernel):
    source = """
    torch.manual_seed(1)
    wanted = torch.rand(2)
    torch.manual_seed(1)
    torch.cuda.set_rng_state(torch.cuda.get_rng_state())
    torch.cuda.seed_all()
    bool((torch.rand(2) == wanted).all())
    """
    assert value(kernel, source) == "True"
