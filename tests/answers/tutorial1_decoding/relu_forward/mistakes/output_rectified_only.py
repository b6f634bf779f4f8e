# about: rectifies the output alone
# points: 1.5
# varies: 0.5 to 1.5
# names: rectifier only on the output

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = self.in_layer(r)
        y = torch.relu(self.out_layer(h))
        return y
