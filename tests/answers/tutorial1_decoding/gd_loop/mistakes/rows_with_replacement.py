# about: draws as many rows as there are, with replacement
# points: 0
# names: something is drawn at random

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        i = torch.randint(len(train_data), (len(train_data),))
        loss = loss_fn(net(train_data[i]), train_labels[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
