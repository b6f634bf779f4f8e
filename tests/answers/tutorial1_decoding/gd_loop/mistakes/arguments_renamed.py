# about: calls the arguments epochs and lr
# points: 0
# names: signature changed

def train(net, loss_fn, train_data, train_labels, epochs=50, lr=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=lr)
    train_loss = []

    for epoch in range(epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
