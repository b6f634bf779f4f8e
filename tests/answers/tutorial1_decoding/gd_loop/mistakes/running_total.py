# about: stores the sum of the losses so far
# points: 2.5
# names: running total

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    total = 0.0
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        train_loss.append(total)

    return train_loss
