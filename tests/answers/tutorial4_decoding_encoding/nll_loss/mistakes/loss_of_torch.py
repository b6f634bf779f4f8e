# about: looks for the loss in torch
# points: 0
# names: no such name in torch

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, torch.NLLLoss()
