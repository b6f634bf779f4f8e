# about: inherits from DeepNet and changes nothing
# points: 1.5
# names: no rectifier

class DeepNetReLU(DeepNet):
    pass
