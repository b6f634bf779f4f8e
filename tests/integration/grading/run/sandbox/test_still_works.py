"""What notebooks honestly do still works behind the walls."""

import multiprocessing
import textwrap

import pytest

from tests.support.walled import walled

HONEST = {
    "threads": """
        import threading
        done = []
        threads = [threading.Thread(target=done.append, args=(i,)) for i in range(8)]
        [t.start() for t in threads], [t.join() for t in threads]
        assert len(done) == 8
    """,
    "futures": """
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        for kind in (ThreadPoolExecutor, ProcessPoolExecutor):
            with kind(2) as pool:
                assert list(pool.map(abs, [-1, -2])) == [1, 2]
    """,
    "multiprocessing": """
        import multiprocessing as mp
        queue = mp.Queue()
        child = mp.Process(target=queue.put, args=(3,))
        child.start()
        assert queue.get(timeout=20) == 3
        child.join()
        with mp.Pool(2) as pool:
            assert pool.map(abs, [-1, 2]) == [1, 2]
        value = mp.Value("i", 4)
        with value.get_lock():
            value.value += 1
    """,
    "shared_memory": """
        from multiprocessing import shared_memory
        block = shared_memory.SharedMemory(create=True, size=4096)
        block.buf[0] = 7
        block.close(); block.unlink()
    """,
    "subprocess": """
        import subprocess, sys
        assert subprocess.run(["echo", "a"], capture_output=True, text=True).stdout == "a\\n"
        assert subprocess.check_output("ls / | wc -l", shell=True)
        told = subprocess.run([sys.executable, "-c", "print(2)"], capture_output=True, text=True)
        assert told.stdout == "2\\n", told
        subprocess.Popen(["true"], start_new_session=True).wait()
    """,
    "files": """
        import mmap, os, tempfile, fcntl, shutil
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x" * 4096); file.flush()
            fcntl.flock(file, fcntl.LOCK_EX)
            with mmap.mmap(file.fileno(), 0) as mapped:
                assert mapped[:1] == b"x"
            shutil.copy(file.name, "copy"); os.utime("copy", (1, 1)); os.rename("copy", "moved")
        with tempfile.TemporaryDirectory() as folder:
            os.symlink("/tmp", folder + "/link"); os.mkfifo(folder + "/fifo")
        os.makedirs("a/b/c"); os.chmod("a", 0o700); shutil.rmtree("a")
        memory = mmap.mmap(-1, 1 << 20)
        memory[:] = b"y" * (1 << 20)
    """,
    "asyncio": """
        import asyncio
        async def main():
            server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b""
            child = await asyncio.create_subprocess_exec("true")
            assert await child.wait() == 0
            assert await asyncio.to_thread(lambda: 5) == 5
            server.close()
        asyncio.run(main())
    """,
    "sockets": """
        import socket, select
        a, b = socket.socketpair()
        a.send(b"x"); assert b.recv(1) == b"x"
        for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                socket.socket(family, kind | socket.SOCK_CLOEXEC).close()
        try:
            socket.getaddrinfo("example.org", 80)
        except OSError:
            pass
        assert socket.gethostname() == "grading"
    """,
    "scheduling": """
        import os, resource, time
        assert os.sched_getaffinity(0) and os.cpu_count()
        os.sched_setaffinity(0, os.sched_getaffinity(0))
        os.sched_getscheduler(0), os.sched_yield(), os.getpriority(os.PRIO_PROCESS, 0)
        os.getloadavg(), os.times(), resource.getrusage(resource.RUSAGE_SELF)
        os.nice(1), time.sleep(0.001), time.process_time(), time.clock_gettime(time.CLOCK_BOOTTIME)
    """,
    "chance": """
        import os, random, secrets, uuid
        os.getrandom(8), os.urandom(8), secrets.token_hex(), uuid.uuid4(), uuid.uuid1()
        random.SystemRandom().random()
    """,
    "signals": """
        import signal, time, faulthandler
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.01); signal.pause()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        signal.raise_signal(signal.SIGUSR1); assert signal.sigtimedwait([signal.SIGUSR1], 1)
        faulthandler.enable()
    """,
    "who_am_i": """
        import getpass, os, pathlib, platform
        os.environ["USER"] = "student"
        getpass.getuser(), platform.platform(), os.uname(), os.getlogin
        os.getgroups(), os.getsid(0), os.getpgrp(), pathlib.Path("/proc/self/status").read_text()
    """,
    "databases": """
        import sqlite3
        base = sqlite3.connect("base.db")
        base.execute("pragma journal_mode=wal"); base.execute("create table t (a)")
        base.execute("insert into t values (1)"); base.commit()
    """,
    "numpy": """
        import numpy as np
        np.linalg.svd(np.random.rand(50, 50)); np.save("a.npy", np.ones(9))
        assert np.load("a.npy", mmap_mode="r").sum() == 9
        mapped = np.memmap("m", dtype="f4", mode="w+", shape=(100,)); mapped[:] = 1; mapped.flush()
    """,
    "torch": """
        import torch
        layer = torch.nn.Linear(3, 2)
        layer(torch.ones(4, 3)).sum().backward()
        torch.save(layer.state_dict(), "w.pt"); torch.load("w.pt")
        torch.set_num_threads(2); torch.rand(300, 300) @ torch.rand(300, 300)
    """,
    "data_loader": """
        import torch
        from torch.utils.data import DataLoader, TensorDataset
        data = TensorDataset(torch.arange(20.0), torch.arange(20.0))
        for _ in range(2):
            loader = DataLoader(data, batch_size=4, num_workers=2, shuffle=True, timeout=30)
            assert sum(len(x) for x, _ in loader) == 20
    """,
    "joblib": """
        from joblib import Memory, Parallel, delayed
        for backend in ("threading", "multiprocessing", "loky"):
            answer = Parallel(n_jobs=2, backend=backend)(delayed(abs)(-i) for i in range(4))
            assert answer == [0, 1, 2, 3], backend
        assert Memory("cache", verbose=0).cache(abs)(-1) == 1
    """,
    "sklearn": """
        import numpy as np
        from sklearn.decomposition import PCA
        from sklearn.ensemble import RandomForestClassifier
        x = np.random.rand(60, 5)
        PCA(2).fit(x); RandomForestClassifier(5, n_jobs=2).fit(x, x[:, 0] > 0.5).predict(x)
    """,
    "matplotlib": """
        import matplotlib; matplotlib.use("agg")
        import matplotlib.pyplot as plt
        from matplotlib import font_manager
        plt.plot([1, 2], label="a"); plt.title("Straße"); plt.legend(); plt.savefig("a.png")
        plt.savefig("a.pdf"); font_manager.findfont("DejaVu Sans")
    """,
    "psutil": """
        import psutil
        psutil.virtual_memory(), psutil.cpu_count(), psutil.Process().memory_info()
    """,
    "many_files": """
        import os
        os.mkdir("many")
        for number in range(2000):
            open(f"many/{number}", "w").close()
    """,
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_it_works(name):
    source = textwrap.dedent(HONEST[name])

    def work():
        # A folder that other tests may have made, and that is not in the sandbox.
        multiprocessing.current_process()._config.pop("tempdir", None)
        exec(compile(source, name, "exec"), {"__name__": "__main__"})
        return "done"

    told = walled(work)
    assert (told.value, told.exceeded) == ("done", b"")
