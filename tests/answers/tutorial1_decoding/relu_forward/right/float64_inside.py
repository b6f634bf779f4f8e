# about: computes, and answers, in double precision
# points: 4

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        W_in, b_in = self.in_layer.weight.double(), self.in_layer.bias.double()
        W_out, b_out = self.out_layer.weight.double(), self.out_layer.bias.double()
        h = torch.relu(r.double() @ W_in.T + b_in)
        return h @ W_out.T + b_out
