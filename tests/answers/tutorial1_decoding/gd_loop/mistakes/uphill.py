# about: adds the gradient by hand
# points: 2
# names: step uphill

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        net.zero_grad()
        loss = loss_fn(net(train_data), train_labels)
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p += learning_rate * p.grad
        train_loss.append(loss.item())

    return train_loss
