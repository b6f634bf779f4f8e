# about: softmax over the hidden units
# points: 1.5
# names: softmax in place of ReLU

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = torch.softmax(self.in_layer(r), dim=-1)
        y = self.out_layer(h)
        return y
