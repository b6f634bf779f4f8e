# about: loops over the parameters, updates their data, clears by net.zero_grad
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    history = []
    for epoch in range(n_epochs):
        net.zero_grad()
        loss = loss_fn(net(train_data), train_labels)
        loss.backward()
        for p in net.parameters():
            p.data = p.data - learning_rate * p.grad
        history += [loss.item()]
    return history
