# about: rectifies the responses in place, and the hidden layer too
# points: 1.5
# names: input rectified as well

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = torch.relu(self.in_layer(r.relu_()))
        y = self.out_layer(h)
        return y
