# about: inherits the layers from DeepNet and overrides forward alone
# points: 4

class DeepNetReLU(DeepNet):
    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
