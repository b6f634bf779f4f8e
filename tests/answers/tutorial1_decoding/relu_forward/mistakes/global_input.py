# about: reads a variable of the notebook in place of its argument
# points: 0.5
# names: undefined name

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, responses):
        h = torch.relu(self.in_layer(three_rows))
        y = self.out_layer(h)
        return y
