"""The step of ``nbgrader autograde`` that runs a submission."""

import os
from time import monotonic
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async, run_sync
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade
from traitlets import Dict, Integer, Unicode

__all__ = ["RunNotebook"]


class RunNotebook(Execute):
    """Run a notebook so that a cell that runs away or kills the kernel costs only itself.

    nbgrader's own step gives up on the whole notebook when the kernel dies, and a kernel that
    ignores the interrupt makes every later cell wait in vain. Here the kernel is started
    again, the earlier cells (without tests and demonstrations) are run again, and the
    notebook goes on after the guilty cell.
    """

    environment = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="Environment variables of the kernel, on top of the grader's own.",
    ).tag(config=True)

    timeout_again = Integer(
        15, help="Seconds for a cell once another cell of the notebook has run into its limit."
    ).tag(config=True)

    total_timeout = Integer(600, help="Seconds for a whole notebook.").tag(config=True)

    max_restarts = Integer(3, help="How often one notebook may bring its kernel down.").tag(
        config=True
    )

    interrupt_grace = Integer(
        5, help="Seconds that a kernel has to answer again after an interrupt."
    ).tag(config=True)

    max_output = Integer(200_000, help="Characters of printed text kept per cell.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: Any = None) -> Any:
        """Run every code cell of one notebook."""
        self._deadline = monotonic() + self.total_timeout
        self._overran = False
        self._restarts = 0
        self._printed = 0
        self._to_replay: list[str] = []
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        return super().preprocess(nb, resources, km)

    def setup_kernel(self, **kwargs: Any) -> Any:
        """Start the kernel with our environment variables."""
        kwargs.setdefault("env", {**os.environ, **self.environment})
        return super().setup_kernel(**kwargs)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> Any:
        """Run one cell; bring the kernel back if the cell took it down."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell, resources
        if monotonic() > self._deadline or self._restarts > self.max_restarts:
            return cell, resources
        self._printed = 0
        overran_before, self._overran_now = self._overran, False
        try:
            super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            _add_error(cell, "KernelDied", "this cell ended the Python process it ran in.")
            self._revive()
        else:
            if self._overran_now and not self._answers(self.interrupt_grace):
                self._revive()
            elif not self._overran_now and not _is_left_out_of_replay(cell):
                self._to_replay.append(cell.source)
        self._overran = overran_before or self._overran_now
        return cell, resources

    def process_message(self, msg: Any, cell: NotebookNode, cell_index: int) -> Any:
        """Take an output of the kernel, up to a limit."""
        if msg["msg_type"] == "stream":
            room = self.max_output - self._printed
            text = msg["content"]["text"]
            self._printed += len(text)
            if len(text) > room:
                if room <= 0:
                    return None
                msg["content"]["text"] = text[:room] + "\n... the rest is cut off ...\n"
        return super().process_message(msg, cell, cell_index)

    def _get_timeout(self, cell: NotebookNode | None) -> int | None:
        limit = super()._get_timeout(cell)
        left = max(1, round(self._deadline - monotonic()))
        limits = [left, limit, self.timeout_again if self._overran else None]
        return min(x for x in limits if x is not None)

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        self._overran_now = True
        return await super()._async_handle_timeout(timeout, cell)

    def _revive(self) -> None:
        """Start a fresh kernel and bring it to where the notebook stood."""
        self._restarts += 1
        if self._restarts > self.max_restarts:
            self.log.warning("The kernel went down too often; the rest is not run.")
            return
        self.log.warning("The kernel went down; starting it again.")
        self._restart()
        for source in self._to_replay:
            message = self.kc.execute(source, store_history=True, stop_on_error=False)
            if not self._replied(message, self.timeout_again):
                self._restarts = self.max_restarts + 1
                return

    def _answers(self, seconds: float) -> bool:
        return self._replied(self.kc.kernel_info(), seconds)

    async def _async_restart(self) -> None:
        self.kc.stop_channels()
        await ensure_async(self.km.restart_kernel(now=True))
        await self.async_start_new_kernel_client()

    _restart = run_sync(_async_restart)

    async def _async_replied(self, message_id: str, seconds: float) -> bool:
        """Wait for the answer to a message; False if it does not come in time."""
        deadline = monotonic() + seconds
        while (left := deadline - monotonic()) > 0:
            try:
                reply = await ensure_async(self.kc.shell_channel.get_msg(timeout=left))
            except Exception:
                return False
            if reply["parent_header"].get("msg_id") == message_id:
                return True
        return False

    _replied = run_sync(_async_replied)


def _is_left_out_of_replay(cell: NotebookNode) -> bool:
    return is_grade(cell) or bool({"demo", "explore"} & set(cell.metadata.get("tags", [])))


def _add_error(cell: NotebookNode, name: str, text: str) -> None:
    cell.outputs.append(new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"]))
