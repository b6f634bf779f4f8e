# about: returns nothing
# points: 0
# names: nothing returned

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    loss_fn = nn.NLLLoss()
