# about: sum in place of mean
# points: 2.5
# names: summed over stimuli

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLLoss(reduction="sum")
