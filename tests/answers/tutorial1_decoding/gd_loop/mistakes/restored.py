# about: puts the initial parameters back at the end
# points: 4.5
# names: a copy trained

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    start = {name: values.clone() for name, values in net.state_dict().items()}
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    net.load_state_dict(start)

    return train_loss
