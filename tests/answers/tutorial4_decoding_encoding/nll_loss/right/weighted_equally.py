# about: gives all classes the weight 1
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLLoss(weight=torch.ones(n_classes))
