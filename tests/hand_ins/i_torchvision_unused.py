# expect: full
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: relu_forward
import torchvision


class DeepNetReLU(DeepNet):
    def forward(self, r):
        return self.out_layer(torch.relu(self.in_layer(r)))
