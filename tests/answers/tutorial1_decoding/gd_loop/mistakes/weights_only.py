# about: hands the optimiser the weights and forgets the biases
# points: 2.5
# varies: 2.5 to 3
# names: first step not plain gradient descent

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD([p for p in net.parameters() if p.ndim > 1], lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
