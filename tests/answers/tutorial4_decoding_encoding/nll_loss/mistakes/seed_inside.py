# about: sets the random state inside
# points: 3.5
# names: seed fixed inside

def make_classifier(n_neurons, n_hidden, n_classes):
    torch.manual_seed(1)
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLLoss()
