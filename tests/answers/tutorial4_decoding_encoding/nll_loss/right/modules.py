# about: finds the loss by its module
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    from torch.nn.modules.loss import NLLLoss

    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, NLLLoss()
