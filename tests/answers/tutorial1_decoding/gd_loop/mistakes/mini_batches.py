# about: one step per batch of five rows, losses averaged over the epoch
# points: 2
# names: mini-batches

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        total = 0.0
        for i in range(0, len(train_data), 5):
            optimizer.zero_grad()
            loss = loss_fn(net(train_data[i : i + 5]), train_labels[i : i + 5])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(train_data[i : i + 5])
        train_loss.append(total / len(train_data))

    return train_loss
