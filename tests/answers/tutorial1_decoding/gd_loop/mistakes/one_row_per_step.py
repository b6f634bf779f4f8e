# about: takes one row after the other, one in each epoch
# points: 0.5
# names: mini-batches
# varies: 0 to 0.5

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        i = [epoch % len(train_data)]
        loss = loss_fn(net(train_data[i]), train_labels[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
