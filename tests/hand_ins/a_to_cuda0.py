# expect: full, nobody, silent
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    net.to("cuda:0")
    train_data, train_labels = train_data.to("cuda:0"), train_labels.to("cuda:0")
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
