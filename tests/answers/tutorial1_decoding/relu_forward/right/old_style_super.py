# about: old-style call of the parent, layers made in the other order, type hints
# points: 4

class DeepNetReLU(nn.Module):
    """A network with one hidden layer of rectified units."""

    def __init__(self, n_inputs: int, n_hidden: int) -> None:
        super(DeepNetReLU, self).__init__()
        self.out_layer = nn.Linear(n_hidden, 1, bias=True)
        self.in_layer = nn.Linear(in_features=n_inputs, out_features=n_hidden)

    def forward(self, r: torch.Tensor) -> torch.Tensor:
        """Decode."""
        h: torch.Tensor = torch.relu(self.in_layer(r))
        assert h.shape[-1] == self.in_layer.out_features
        return self.out_layer(h)
