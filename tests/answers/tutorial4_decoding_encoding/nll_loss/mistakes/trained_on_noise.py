# about: trains on data of its own
# points: 3.5
# names: network trained inside

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    loss_fn = nn.NLLLoss()
    optimizer = optim.SGD(net.parameters(), lr=1.0)
    for _ in range(60):
        optimizer.zero_grad()
        r = torch.randn(30, n_neurons)
        classes = (r[:, 0] > 0).long()
        loss_fn(net(r), classes).backward()
        optimizer.step()
    return net, loss_fn
