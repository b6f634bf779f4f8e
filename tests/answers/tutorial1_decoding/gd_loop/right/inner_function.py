# about: a generator of losses, turned into a list
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(params=list(net.parameters()), lr=learning_rate)

    def steps():
        for _ in range(n_epochs):
            optimizer.zero_grad()
            loss = loss_fn(net(train_data), train_labels)
            loss.backward()
            optimizer.step()
            yield loss.item()

    return list(steps())
