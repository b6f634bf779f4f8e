# about: hands output and classes to the class
# points: 0
# names: arguments given to the loss

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    loss_fn = nn.NLLLoss(net(resp_train), stimuli_train)
    return net, loss_fn
