# about: forward, loss, clear, backward, step, as the notebook suggests
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

        if (epoch + 1) % max(1, n_epochs // 5) == 0:
            print(f"iteration {epoch + 1}/{n_epochs} | loss: {train_loss[-1]:.3f}")

    return train_loss
