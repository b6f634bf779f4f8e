# about: trains on the notebook's data
# points: 0
# names: network trained inside

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    loss_fn = nn.NLLLoss()
    classes = (stimuli_train.flatten() // 18).long()
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    loss_fn(net(resp_train), classes).backward()
    optimizer.step()
    return net, loss_fn
