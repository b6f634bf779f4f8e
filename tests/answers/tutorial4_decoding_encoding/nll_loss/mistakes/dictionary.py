# about: returns a dictionary
# points: 0
# names: no pair returned

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return {"net": net, "loss_fn": nn.NLLLoss()}
