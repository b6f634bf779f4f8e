# about: the original course's function, whose printing line divides by zero below five epochs
# points: 5.5
# names: division by zero

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        optimizer.zero_grad()
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        loss.backward()
        optimizer.step()
        if (epoch + 1) % (n_epochs // 5) == 0:
            print(f"iteration {epoch + 1}/{n_epochs} | loss: {loss.item():.3f}")
        train_loss.append(loss.item())

    return train_loss
