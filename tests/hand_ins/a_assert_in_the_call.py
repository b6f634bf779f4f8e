# expect: gd_loop 0, person gd_loop: it asks for a place or a device, hint asks where it runs
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    assert train_data.cuda().is_cuda
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
