# about: ignores n_hidden and always makes 200 units
# points: 0
# names: sizes hard-coded

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, 200)
        self.out_layer = nn.Linear(200, 1)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
