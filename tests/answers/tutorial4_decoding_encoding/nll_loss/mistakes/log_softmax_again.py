# about: another log-softmax behind the network
# points: 2
# names: network wrapped up

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return nn.Sequential(net, nn.LogSoftmax(dim=1)), nn.NLLLoss()
