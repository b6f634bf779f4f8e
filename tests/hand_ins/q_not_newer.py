# expect: gd_loop 0, nobody, untold newer; a plain slip
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
prin(


def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
