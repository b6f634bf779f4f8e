# about: calls the argument x and works on a variable of the notebook
# points: 0.5
# names: another thing than the argument

r = torch.zeros(20)


class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, x):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
