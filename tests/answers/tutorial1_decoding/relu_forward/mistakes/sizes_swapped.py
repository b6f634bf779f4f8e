# about: gives nn.Linear the outputs first
# points: 0
# names: sizes swapped

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_hidden, n_inputs)
        self.out_layer = nn.Linear(1, n_hidden)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
