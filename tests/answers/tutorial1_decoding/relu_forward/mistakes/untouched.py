# about: the released cell as it came
# points: 0
# names: not solved yet

raise NotImplementedError("Exercise: complete DeepNetReLU")  # delete this line, then replace every ...
class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = ...
        self.out_layer = ...

    def forward(self, r):
        h = ...  # hidden layer, rectified
        y = ...  # output, linear
        return y
