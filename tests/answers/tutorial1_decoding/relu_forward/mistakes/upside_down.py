# about: keeps the negative units and drops the positive ones
# points: 1.5
# names: wrong way round

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = self.in_layer(r)
        h = torch.where(h > 0, torch.zeros_like(h), h)
        return self.out_layer(h)
