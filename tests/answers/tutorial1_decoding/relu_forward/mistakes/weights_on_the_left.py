# about: multiplies weights and responses in the wrong order
# points: 0.5
# names: product of weights and responses

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = torch.relu(self.in_layer.weight @ r)
        y = self.out_layer(h)
        return y
