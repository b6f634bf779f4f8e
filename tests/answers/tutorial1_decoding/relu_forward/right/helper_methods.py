# about: hidden layer in a method of its own; shapes printed
# points: 4

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def hidden(self, responses):
        a = self.in_layer(responses)
        print("hidden layer:", a.shape)
        return F.threshold(a, 0.0, 0.0)

    def forward(self, responses, verbose=False):
        return self.out_layer(self.hidden(responses))
